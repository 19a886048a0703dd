"""Accounts' addresses."""

from django.urls import path

from mecene_web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("first/<str:token>/", views.first, name="first"),
    path("welcome/", views.welcome, name="welcome"),
    path("own/", views.own, name="own"),
    path("staff/", views.staff, name="staff"),
    path("staff/<int:number>/", views.member, name="member"),
    path("staff/<int:number>/role/", views.change_role, name="role"),
    path("staff/<int:number>/active/", views.change_active, name="active"),
    path("staff/<int:number>/link/", views.new_link, name="link"),
    path("trace/", views.trace_page, name="trace"),
    path("trace.csv", views.trace_file, name="trace_file"),
    path("trace/check/", views.trace_check, name="trace_check"),
    path("association/", views.association_page, name="association"),
]
