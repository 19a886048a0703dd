"""Exports of known programs, made from their documented columns (DOMAIN.md D)."""

from datetime import date, datetime

import pytest

from mecene.sources import presets, recognition


def gifts(story, *columns):
    return story.table("gifts").sort("source_row").select(columns).rows()


def reasons(story):
    return {int(line["row"]): line["reason"] for line in story.rejects}


def test_helloasso_orders(stage) -> None:
    story = stage(
        "\ufeffRéférence commande;Date de la commande;Statut de la commande;Nom payeur;"
        "Prénom payeur;Email payeur;Moyen de paiement;Tarif;Montant tarif\n"
        "101;24/12/2023;Valide;Dupont;Jean;jean@exemple.fr;Carte bancaire;Don;50,00\n"
        "102;25/12/2023;Valide;Durand;Léa;lea@exemple.fr;Carte bancaire;MonthlyDonation;10,00\n"
        "103;26/12/2023;Refusé;Petit;Max;max@exemple.fr;Carte bancaire;Don;20,00\n"
        "104;26/12/2023;En attente;Petit;Max;max@exemple.fr;Prélèvement;Don;20,00\n"
        "105;26/12/2023;Valide;Petit;Max;max@exemple.fr;Carte bancaire;Contribution;3,00\n"
    )

    assert story.known[0].preset == "helloasso"
    assert gifts(story, "given_on", "amount_minor", "kind", "status", "payment_method") == [
        (date(2023, 12, 24), 5_000, "one_off", "received", "card"),
        (date(2023, 12, 25), 1_000, "instalment", "received", "card"),
        (date(2023, 12, 26), 2_000, "one_off", "failed", "card"),
    ]
    assert story.account.rejects["pending_payment"] == 1
    assert story.account.rejects["platform_tip"] == 1


def test_helloasso_memberships_are_fees_paid_by_the_payer(stage) -> None:
    story = stage(
        "Référence commande;Date de la commande;Statut de la commande;Nom adhérent;Prénom adhérent;"
        "Nom payeur;Prénom payeur;Email payeur;Tarif;Montant tarif\n"
        "9;12/01/2024;Valide;Dupont;Zoé;Dupont;Jean;jean@exemple.fr;Enfant;15,00\n"
    )

    assert gifts(story, "kind", "amount_minor", "source_ref") == [("membership_fee", 1_500, "9")]
    assert story.table("persons")["first_name"].to_list() == ["Jean"]


def test_npsp_counts_closed_won_only(stage) -> None:
    story = stage(
        "Id,Amount,CloseDate,StageName,CampaignId,Type,npsp__Primary_Contact__c,"
        "npe03__Recurring_Donation__c,npsp__Fair_Market_Value__c\n"
        "006A,100.00,2023-05-01,Closed Won,701A,,003A,,20\n"
        "006B,50.00,2023-06-01,Pledged,701A,,003A,,\n"
        "006C,10.00,2023-06-05,Closed Won,,,003B,a0XA,\n"
        "006D,10.00,2023-07-05,Closed Lost,,,003B,a0XA,\n"
        "006E,75.00,2023-07-05,Prospecting,,,003C,,\n"
    )

    assert story.known[0].preset == "npsp_opportunities"
    assert gifts(story, "source_ref", "amount_minor", "non_deductible_minor", "kind", "status") == [
        ("006A", 10_000, 2_000, "one_off", "received"),
        ("006C", 1_000, None, "instalment", "received"),
        ("006D", 1_000, None, "instalment", "failed"),
    ]
    assert story.account.rejects["pledge"] == 2


def test_npsp_contacts_become_persons_with_their_oppositions(stage) -> None:
    story = stage(
        "Id,Salutation,FirstName,LastName,Email,MailingPostalCode,npsp__Do_Not_Contact__c,"
        "npsp__Deceased__c,CreatedDate\n"
        "003A,Mrs.,Ann,Lee,Ann@Example.org,75001,false,false,2020-01-02\n"
        "003B,Mr.,Bob,Ray,,1000,true,true,2020-01-03\n"
    )

    assert story.known[0].preset == "npsp_contacts"
    persons = story.table("persons").sort("external_id")
    assert persons.select("email", "postcode", "gender", "declared").rows() == [
        ("ann@example.org", "75001", "f", True),
        (None, "01000", "m", True),
    ]
    assert persons["deceased_on"].is_null().to_list() == [True, False]
    consents = story.table("consents")
    assert consents.select("status", "channel").rows() == [("objected", None)]


def test_npsp_recurring_donations_end_and_pause(stage) -> None:
    story = stage(
        "Id,npe03__Amount__c,npe03__Contact__c,npe03__Date_Established__c,"
        "npe03__Installment_Period__c,npsp__InstallmentFrequency__c,npsp__Status__c,"
        "npsp__ClosedReason__c,npsp__EndDate__c,npe03__Last_Payment_Date__c\n"
        "a01,10,003A,2021-01-05,Monthly,1,Active,,,2023-12-05\n"
        "a02,90,003B,2021-01-05,Monthly,3,Closed,Card Expired,2022-06-01,2022-04-05\n"
        "a03,15,003C,2021-01-05,Yearly,1,Paused,,,2023-01-05\n"
        "a04,15,003C,2021-01-05,Fortnightly,1,Active,,,2023-01-05\n"
    )

    table = story.table("recurring_gifts").sort("recurring_gift_id")
    assert table.select("months_between", "amount_minor", "ended_on", "end_reason").rows() == [
        (1, 1_000, None, None),
        (3, 9_000, date(2022, 6, 1), "involuntary"),
        (12, 1_500, None, None),
    ]
    changes = story.table("recurring_changes")
    assert changes.select("recurring_gift_id", "kind", "effective_on").rows() == [
        ("a03", "pause", date(2023, 1, 5))
    ]
    assert story.account.rejects == {"frequency_unknown": 1, "unread": 0}


@pytest.mark.parametrize(
    "header",
    [
        "id,contact_id,total_amount,receive_date,contribution_status_id:name,is_test,"
        "non_deductible_amount,currency,financial_type_id:name,cancel_date",
        "Contribution ID,Contact ID,Total Amount,Contribution Date,Contribution Status,Test,"
        "Non-deductible Amount,Currency,Financial Type,Cancelled / Refunded Date",
    ],
    ids=["api", "labels"],
)
def test_civicrm_leaves_tests_and_pending_out(stage, header: str) -> None:
    story = stage(
        f"{header}\n"
        "1,7,100.00,2023-01-02 10:11:12,Completed,0,25.00,EUR,Donation,\n"
        "2,7,100.00,2023-01-03 10:11:12,Completed,1,,EUR,Donation,\n"
        "3,8,30.00,2023-01-04 10:11:12,Pending,0,,EUR,Donation,\n"
        "4,8,30.00,2023-01-05 10:11:12,Refunded,0,,EUR,Member Dues,2023-02-01\n"
    )

    assert story.known[0].preset == "civicrm_contributions"
    columns = ("source_ref", "non_deductible_minor", "kind", "status", "status_on")
    assert gifts(story, *columns) == [
        ("1", 2_500, "one_off", "received", None),
        ("4", None, "membership_fee", "refunded", date(2023, 2, 1)),
    ]
    assert story.table("gifts")["given_at"][0] == datetime.fromisoformat("2023-01-02 10:11:12")
    assert story.account.rejects == {"test_payment": 1, "pending_payment": 1, "unread": 0}


def test_raisers_edge_pledges_are_not_gifts(stage) -> None:
    story = stage(
        "Gift ID,Constituent ID,Gift Date,Gift Type,Gift Amount,Fund ID,Appeal ID\n"
        '1,C1,12/24/2023,Cash,"$1,000.00",GEN,XMAS\n'
        "2,C1,12/25/2023,Pledge,$500.00,GEN,XMAS\n"
        "3,C2,12/26/2023,Recurring Gift Pay-Cash,$20.00,GEN,\n"
        "4,C2,12/26/2023,Gift-in-Kind,$20.00,GEN,\n"
    )

    assert story.known[0].preset == "raisers_edge"
    assert gifts(story, "given_on", "amount_minor", "currency", "kind") == [
        (date(2023, 12, 24), 100_000, "USD", "one_off"),
        (date(2023, 12, 26), 2_000, "USD", "instalment"),
        (date(2023, 12, 26), 2_000, "USD", "in_kind"),
    ]
    assert story.account.rejects["pledge"] == 1


def test_stripe_is_utc_and_refunds_are_taken_off(stage) -> None:
    story = stage(
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer Email,"
        "Refunded date (UTC),Decline Reason\n"
        "ch_1,2023-12-31 23:30:00,50.00,0.00,eur,Paid,a@exemple.fr,,\n"
        "ch_2,2023-12-01 10:00:00,50.00,20.00,eur,Paid,a@exemple.fr,2023-12-03 08:00:00,\n"
        "ch_3,2023-12-02 10:00:00,50.00,50.00,eur,Refunded,b@exemple.fr,2023-12-04 08:00:00,\n"
        "ch_4,2023-12-02 10:00:00,50.00,0.00,eur,Failed,b@exemple.fr,,insufficient_funds\n"
    )

    assert story.known[0].preset == "stripe"
    assert gifts(story, "given_on", "amount_minor", "status", "status_on", "return_code") == [
        (date(2024, 1, 1), 5_000, "received", None, None),
        (date(2023, 12, 1), 3_000, "received", None, None),
        (date(2023, 12, 2), 5_000, "refunded", date(2023, 12, 4), None),
        (date(2023, 12, 2), 5_000, "failed", date(2023, 12, 2), "insufficient_funds"),
    ]


def test_paypal_reversals_correct_the_payment_they_name(stage) -> None:
    story = stage(
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,"
        "Transaction ID,Reference Txn ID\n"
        '24/12/2023,10:11:12,CET,Jean Dupont,Donation Payment,Completed,EUR,"1 050,00",0,0,'
        "j@exemple.fr,T1,\n"
        '26/12/2023,09:00:00,CET,Jean Dupont,Payment Refund,Completed,EUR,"-50,00",0,0,'
        "j@exemple.fr,T2,T1\n"
        '27/12/2023,09:00:00,CET,,General Withdrawal,Completed,EUR,"-900,00",0,0,,T3,\n'
        '28/12/2023,09:00:00,CET,Léa,Subscription Payment,Pending,EUR,"5,00",0,0,l@exemple.fr,T4,\n'
    )

    assert story.known[0].preset == "paypal"
    assert gifts(story, "source_ref", "amount_minor", "given_at") == [
        ("T1", 105_000, datetime.fromisoformat("2023-12-24 10:11:12"))
    ]
    corrections = story.table("corrections")
    assert corrections.select("refunded_ref", "amount_minor", "corrected_on").rows() == [
        ("T1", 5_000, date(2023, 12, 26))
    ]
    assert story.account.rejects == {"not_a_gift": 1, "pending_payment": 1, "unread": 0}
    assert story.account.facts == {"gifts": 1, "corrections": 1}


def test_gocardless_counts_in_cents(stage) -> None:
    story = stage(
        "id,charge_date,amount,amount_refunded,currency,status,links.mandate,customer_email\n"
        "PM1,2024-01-05,1500,0,EUR,paid_out,MD1,a@exemple.fr\n"
        "PM2,2024-02-05,1500,0,EUR,charged_back,MD1,a@exemple.fr\n"
        "PM3,2024-02-05,1500,0,EUR,failed,MD2,b@exemple.fr\n"
        "PM4,2024-02-05,1500,0,EUR,pending_submission,MD2,b@exemple.fr\n"
    )

    assert story.known[0].preset == "gocardless_payments"
    assert gifts(story, "amount_minor", "kind", "payment_method", "status") == [
        (1_500, "instalment", "direct_debit", "received"),
        (1_500, "instalment", "direct_debit", "refunded"),
        (1_500, "instalment", "direct_debit", "failed"),
    ]


def test_gocardless_subscriptions(stage) -> None:
    story = stage(
        "id,created_at,amount,currency,interval,interval_unit,status,start_date,end_date,"
        "customer_id,mandate_id,cancelled_at\n"
        "SB1,2023-01-01T10:00:00Z,15.00,EUR,1,monthly,active,2023-01-05,,CU1,MD1,\n"
        "SB2,2023-01-01T10:00:00Z,30.00,EUR,3,monthly,cancelled,2023-01-05,,CU2,MD2,"
        "2023-09-01T10:00:00Z\n"
    )

    table = story.table("recurring_gifts").sort("recurring_gift_id")
    assert table.select("months_between", "amount_minor", "mandate_ref", "ended_on").rows() == [
        (1, 1_500, "MD1", None),
        (3, 3_000, "MD2", date(2023, 9, 1)),
    ]


@pytest.mark.parametrize("preset", presets.known(), ids=lambda preset: preset.name)
def test_a_preset_says_where_its_columns_come_from(preset) -> None:
    assert "DOMAIN.md D" in preset.source
    assert preset.mapping.table in recognition.NEEDED


def test_an_unknown_preset_is_refused_with_those_known() -> None:
    with pytest.raises(presets.UnknownPreset, match="civicrm_contributions"):
        presets.named("sage")
