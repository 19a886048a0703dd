"""The overview's addresses."""

from django.urls import path, re_path

from mecene_web.overview import views, views_of_calls, views_of_donor

app_name = "overview"
urlpatterns = [
    path("", views.today, name="today"),
    path("refresh/", views.refresh, name="refresh"),
    path("night/", views.night, name="night"),
    path("lists/<slug:code>/", views.people, name="list"),
    path("figures/", views.chapters, name="figures"),
    path("paths/", views.travelled, name="paths"),
    path("paths/<slug:act>/", views.travelled, name="travelled"),
    path("figures/<slug:anchor>/", views.chapters, name="chapter"),
    re_path(
        r"^pictures/(?P<name>[a-z0-9_]+)\.(?P<kind>svg|png|csv)\Z", views.picture, name="picture"
    ),
    path("donors/<int:donor_id>/", views_of_donor.donor, name="donor"),
    path("donors/<int:donor_id>/timeline/", views_of_donor.timeline_, name="timeline"),
    path("donors/<int:donor_id>/known/", views_of_donor.known, name="known"),
    path("donors/<int:donor_id>/note/", views_of_donor.note, name="note"),
    path("donors/<int:donor_id>/task/", views_of_donor.task, name="task"),
    path("donors/<int:donor_id>/task/<int:task_id>/", views_of_donor.task_done, name="task_done"),
    path("donors/<int:donor_id>/follow/", views_of_donor.follow_, name="follow"),
    path("donors/<int:donor_id>/person/", views_of_donor.person, name="person"),
    path("donors/<int:donor_id>/told/", views_of_donor.told, name="told"),
    path("calls/", views_of_calls.calls, name="calls"),
    path("calls/<int:task_id>/", views_of_calls.result, name="result"),
]
