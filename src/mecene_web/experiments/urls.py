"""Experiments' addresses."""

from django.urls import path

from mecene_web.experiments import views, views_of_contents, views_of_kpis

app_name = "experiments"
urlpatterns = [
    path("", views.every, name="all"),
    path("new/", views.new, name="new"),
    path("new/size/", views.size, name="size"),
    path("contents/", views_of_contents.moving, name="contents"),
    path("method/", views.method, name="method"),
    path("campaigns/<int:campaign_id>/", views.of_campaign, name="of_campaign"),
    path("<int:experiment_id>/", views.one, name="one"),
    path("<int:experiment_id>/measures/", views_of_kpis.figures, name="kpis"),
    path(
        "<int:experiment_id>/measures/<slug:measure>.<slug:kind>",
        views_of_kpis.picture,
        name="kpi_picture",
    ),
    path("<int:experiment_id>/do/", views.act, name="act"),
    path("<int:experiment_id>/curve/<int:place>.<slug:kind>", views.picture, name="picture"),
]
