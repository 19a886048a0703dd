"""Messages' addresses: templates, campaigns, what is unknown; and the donors' own, short."""

from django.urls import path

from mecene_web.messages import views_of_donors

app_name = "messages"
urlpatterns = [
    path("u/<str:token>/", views_of_donors.leave, name="leave"),
    path("c/<str:token>/", views_of_donors.follow, name="follow"),
]
