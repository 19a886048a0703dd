"""Overview's addresses."""

app_name = "overview"
urlpatterns: list = []
