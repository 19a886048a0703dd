"""Segments' addresses."""

app_name = "segments"
urlpatterns: list = []
