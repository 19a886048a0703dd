"""The programme's addresses."""

from django.urls import path

from mecene_web.loyalty import views

app_name = "loyalty"
urlpatterns = [
    path("", views.every, name="all"),
    path("elements/", views.make, name="make"),
    path("elements/<int:element_id>/end/", views.end, name="end"),
    path("uses/", views.use, name="use"),
    path("mixes.<slug:kind>", views.picture, name="picture"),
]
