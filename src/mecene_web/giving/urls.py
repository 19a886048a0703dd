"""Giving's addresses."""

app_name = "giving"
urlpatterns: list = []
