"""API's addresses: providers', and the page where keys are made; programs' are ``open.api``'s."""

app_name = "api"
urlpatterns = []
