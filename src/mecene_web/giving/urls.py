"""Giving's addresses."""

from django.urls import path

from mecene_web.giving import views, views_of_cheques

app_name = "giving"
urlpatterns = [
    path("enter/", views.enter_, name="enter"),
    path("people/", views.people, name="people"),
    path("gifts/<int:gift_id>/correct/", views.correct, name="correct"),
    path("promise/<int:donor_id>/", views.promise_, name="promise"),
    path("promise/<int:donor_id>/<str:ref>/end/", views.end, name="end"),
    path("cheques/", views_of_cheques.batches, name="batches"),
    path("cheques/<int:batch_id>/", views_of_cheques.batch, name="batch"),
    path("cheques/<int:batch_id>/close/", views_of_cheques.close, name="close"),
    path("cheques/<int:batch_id>/slip/", views_of_cheques.slip, name="slip"),
    path("cheques/<int:batch_id>/out/<int:gift_id>/", views_of_cheques.out, name="out"),
]
