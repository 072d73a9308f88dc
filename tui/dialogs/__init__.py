"""The app's own actions: each opens a dialog and hands its answer to an action of the engine."""
