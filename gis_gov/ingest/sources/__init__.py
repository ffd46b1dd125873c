"""Readers: one module a family of formats, each giving the same batches of rows."""
