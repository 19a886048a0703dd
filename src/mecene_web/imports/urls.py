"""Imports' addresses."""

from django.urls import path

from mecene_web.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.all_of_them, name="all"),
    path("new/", views.new, name="new"),
    path("<int:number>/", views.one, name="one"),
    path("<int:number>/files/<int:file>/", views.remap, name="remap"),
    path("<int:number>/again/", views.again, name="again"),
    path("<int:number>/load/", views.load, name="load"),
    path("<int:number>/cancel/", views.cancel, name="cancel"),
    path("<int:number>/undo/", views.undo, name="undo"),
    path("<int:number>/rejects.csv", views.rejects, name="rejects"),
]
