"""The benchmark of the renderer: material, edits, contenders, measures, scenarios, tables."""
