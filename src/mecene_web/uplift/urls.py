"""Uplift's addresses."""

from django.urls import path

from mecene_web.uplift import views

app_name = "uplift"
urlpatterns = [
    path("", views.every, name="all"),
    path("tests/<int:experiment_id>/", views.one, name="one"),
    path("tests/<int:experiment_id>/study/", views.study, name="study"),
    path("studies/<int:study_id>/audience/", views.make, name="make"),
    path("studies/<int:study_id>/model.json", views.model, name="model"),
    path("studies/<int:study_id>/curve.<slug:kind>", views.picture, name="picture"),
    path("audiences/<int:aim_id>/", views.aim, name="aim"),
]
