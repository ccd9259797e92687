"""What happened to items, loans, holds and totes, and what may happen next."""
