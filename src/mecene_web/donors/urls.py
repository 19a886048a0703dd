"""Donors' addresses."""

from django.urls import path

from mecene_web.donors import views, views_by_hand, views_of_duplicates

app_name = "donors"
urlpatterns = [
    path("", views.found, name="search"),
    path("duplicates/", views_of_duplicates.waiting, name="duplicates"),
    path("duplicates/<int:proposal_id>/", views_of_duplicates.judge, name="judge"),
    path("merges/<int:merge_id>/undo/", views_of_duplicates.take_apart, name="unmerge"),
    path("new/", views_by_hand.new, name="new"),
    path("alike/", views_by_hand.alike_, name="alike"),
    path("<int:donor_id>/edit/", views_by_hand.edit, name="edit"),
]
