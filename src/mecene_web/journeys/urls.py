"""Journeys' addresses."""

from django.urls import path

from mecene_web.journeys import views, views_of_conditions, views_of_people, views_of_settings

app_name = "journeys"
urlpatterns = [
    path("", views.every, name="all"),
    path("new/", views.new, name="new"),
    path("ready/<slug:code>/copy/", views.copied, name="copy"),
    path("<int:journey_id>/", views.one, name="one"),
    path("<int:journey_id>/draw/", views.draw, name="draw"),
    path("<int:journey_id>/condition/", views_of_conditions.condition, name="condition"),
    path("<int:journey_id>/judged/", views_of_settings.judged, name="judged"),
    path("<int:journey_id>/publish/", views.published, name="publish"),
    path("tests/<int:experiment_id>/roll-out/", views_of_settings.rolled_out, name="roll_out"),
    path("<int:journey_id>/state/", views.state, name="state"),
    path("<int:journey_id>/enrol/", views_of_people.enrolled, name="enrol"),
    path("<int:journey_id>/steps/<str:step>/", views_of_people.stand, name="standing"),
    path("<int:journey_id>/stuck/", views_of_people.stuck, name="stuck"),
    path("<int:journey_id>/move/<int:version_id>/", views_of_people.moved, name="move"),
    path("<int:journey_id>/rehearsals/", views_of_settings.rehearsals, name="rehearsals"),
    path("travellers/<int:traveller_id>/repair/", views_of_people.repaired, name="repair"),
    path("why/<int:donor_id>/", views_of_people.why, name="why"),
    path("settings/", views_of_settings.settings, name="settings"),
]
