"""The cost of the integration, measured on Home Assistant's real core."""
