"""The pipelines that chain the engines: read, plan, build, run."""
