"""How totes move: the network, the demand, the plan and the run."""
