"""The addresses of exports."""

from django.urls import path

from mecene_web.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.every, name="all"),
    path("new/", views.new, name="new"),
    path("<int:export_id>/file/", views.file, name="file"),
]
