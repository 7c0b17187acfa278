"""Social media and forums, one module each; ``registry.PLATFORMS`` names them."""
