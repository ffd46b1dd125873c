"""The map page: its TypeScript source, its built assets, and the routes that serve them."""
