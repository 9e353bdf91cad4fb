"""What the integration costs, measured on Home Assistant's real core."""
