"""Segments' addresses."""

from django.urls import path

from mecene_web.segments import views

app_name = "segments"
urlpatterns = [
    path("", views.every, name="all"),
    path("new/", views.new, name="new"),
    path("shown/", views.shown, name="shown"),
    path("columns/", views.columns, name="columns"),
    path("<int:segment_id>/", views.one, name="one"),
    path("<int:segment_id>/change/", views.change, name="change"),
    path("<int:segment_id>/archive/", views.archived, name="archive"),
]
