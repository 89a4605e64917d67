"""How a service is packed, started and checked: container, Compose and CI from one deployment model."""
