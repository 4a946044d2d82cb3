using Microsoft.EntityFrameworkCore.Migrations;

namespace TaskProcessing.Server.Store.Migrations;

/// <summary>Provider apps, what they registered, how they are, and what they keep here.</summary>
internal sealed partial class Initial
{
    private static void CreateExApps(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "exapps",
            table => new
            {
                id = table.Column<string>(nullable: false, maxLength: 64),
                version = table.Column<string>(nullable: false),
                protected_secret = table.Column<string>(nullable: false),
                url = table.Column<string>(nullable: true),
                enabled = table.Column<bool>(nullable: false),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_exapps", app => app.id));

        migrationBuilder.CreateTable(
            "provider_registrations",
            table => new
            {
                id = Identity(table),
                app_id = table.Column<string>(nullable: false, maxLength: 64),
                provider_id = table.Column<string>(nullable: false),
                display_name = table.Column<string>(nullable: false),
                task_type = table.Column<string>(nullable: false),
                provider = table.Column<string>(nullable: false),
                custom_task_type = table.Column<string>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_provider_registrations", registration => registration.id);
                table.ForeignKey(
                    "fk_provider_registrations_exapps", registration => registration.app_id, "exapps", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex(
            "ix_provider_registrations_app_id_provider_id", "provider_registrations", ["app_id", "provider_id"], unique: true);
    }

    private static void CreateExAppStates(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "exapp_statuses",
            table => new
            {
                app_id = table.Column<string>(nullable: false, maxLength: 64),
                stage = table.Column<int>(nullable: false),
                stage_since = table.Column<long>(nullable: true),
                init_progress = table.Column<int>(nullable: true),
                init_version = table.Column<string>(nullable: true),
                problem = table.Column<string>(nullable: true),
                seen_at = table.Column<long>(nullable: true),
                polled_at = table.Column<long>(nullable: true),
                seen_version = table.Column<string>(nullable: true),
                refused_at = table.Column<long>(nullable: true),
                refusal = table.Column<string>(nullable: true),
                driver = table.Column<string>(nullable: true),
                driver_until = table.Column<long>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_exapp_statuses", status => status.app_id);
                table.ForeignKey("fk_exapp_statuses_exapps", status => status.app_id, "exapps", "id", onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            "exapp_settings",
            table => new
            {
                id = Identity(table),
                app_id = table.Column<string>(nullable: false, maxLength: 64),
                user_id = table.Column<string>(nullable: true, maxLength: 64),
                key = table.Column<string>(nullable: false),
                value = table.Column<string>(nullable: false),
                sensitive = table.Column<bool>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_exapp_settings", setting => setting.id);
                table.ForeignKey("fk_exapp_settings_exapps", setting => setting.app_id, "exapps", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("fk_exapp_settings_accounts", setting => setting.user_id, "accounts", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("ix_exapp_settings_config", "exapp_settings", ["app_id", "key"], unique: true, filter: "user_id IS NULL");
        migrationBuilder.CreateIndex(
            "ix_exapp_settings_preference", "exapp_settings", ["app_id", "user_id", "key"], unique: true, filter: "user_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_exapp_settings_user_id", "exapp_settings", "user_id");
    }
}
