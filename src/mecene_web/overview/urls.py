"""The overview's addresses."""

from django.urls import path, re_path

from mecene_web.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.today, name="today"),
    path("refresh/", views.refresh, name="refresh"),
    path("night/", views.night, name="night"),
    path("lists/<slug:code>/", views.people, name="list"),
    path("figures/", views.chapters, name="figures"),
    path("figures/<slug:anchor>/", views.chapters, name="chapter"),
    re_path(
        r"^pictures/(?P<name>[a-z0-9_]+)\.(?P<kind>svg|png|csv)\Z", views.picture, name="picture"
    ),
]
