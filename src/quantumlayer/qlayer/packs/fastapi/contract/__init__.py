"""The API as a contract has it: bodies from shapes, routes from endpoints."""
