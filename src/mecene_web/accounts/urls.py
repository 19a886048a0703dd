"""Accounts' addresses."""

from django.urls import path

from mecene_web.accounts import views

app_name = "accounts"
urlpatterns = [path("first/<str:token>/", views.first, name="first")]
