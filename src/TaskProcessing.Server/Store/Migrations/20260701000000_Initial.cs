using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace TaskProcessing.Server.Store.Migrations;

/// <remarks>
/// Migrations are written by hand and serve every database: column types are left to the provider, and identity columns
/// carry both providers' annotations. A test compares the outcome with the model.
/// </remarks>
[DbContext(typeof(TaskDbContext))]
[Migration("20260701000000_Initial")]
internal sealed partial class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateTasks(migrationBuilder);
        CreateIdempotencyKeys(migrationBuilder);
        CreateAccounts(migrationBuilder);
        CreateExApps(migrationBuilder);
        CreateExAppStates(migrationBuilder);
        CreateProviderChoices(migrationBuilder);

        CreateFiles(migrationBuilder);
        CreateWebhooks(migrationBuilder);

        migrationBuilder.CreateTable(
            "duties",
            table => new
            {
                name = table.Column<string>(nullable: false),
                next_run_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_duties", duty => duty.name));

        migrationBuilder.CreateTable(
            "changes",
            table => new
            {
                topic = table.Column<int>(nullable: false),
                version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_changes", change => change.topic));

        migrationBuilder.CreateTable(
            "data_protection_keys",
            table => new
            {
                id = Identity(table),
                friendly_name = table.Column<string>(nullable: true),
                xml = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_data_protection_keys", key => key.id));
    }

    private static void CreateTasks(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "tasks",
            table => new
            {
                id = Identity(table),
                type = table.Column<string>(nullable: false, maxLength: 255),
                status = table.Column<int>(nullable: false),
                user_id = table.Column<string>(nullable: true, maxLength: 64),
                guest_address = table.Column<string>(nullable: true, maxLength: 64),
                app_id = table.Column<string>(nullable: false, maxLength: 64),
                input = table.Column<string>(nullable: false),
                output = table.Column<string>(nullable: true),
                custom_id = table.Column<string>(nullable: true, maxLength: 255),
                webhook_uri = table.Column<string>(nullable: true, maxLength: 4000),
                webhook_method = table.Column<string>(nullable: true, maxLength: 64),
                include_watermark = table.Column<bool>(nullable: false),
                prefer_streaming = table.Column<bool>(nullable: false),
                allow_cleanup = table.Column<bool>(nullable: false),
                progress = table.Column<double>(nullable: true),
                project_id = table.Column<int>(nullable: false),
                total_steps = table.Column<int>(nullable: true),
                provider_id = table.Column<string>(nullable: true, maxLength: 255),
                error_message = table.Column<string>(nullable: true),
                user_facing_error_message = table.Column<string>(nullable: true),
                scheduled_at = table.Column<long>(nullable: false),
                started_at = table.Column<long>(nullable: true),
                ended_at = table.Column<long>(nullable: true),
                last_updated = table.Column<long>(nullable: false),
                completion_expected_at = table.Column<long>(nullable: true),
                priority = table.Column<int>(nullable: false),
                turn = table.Column<long>(nullable: false),
                party = table.Column<string>(nullable: false, maxLength: 70),
                not_before = table.Column<long>(nullable: true),
                attempt = table.Column<int>(nullable: false),
                claim = table.Column<long>(nullable: false),
                lease_seconds = table.Column<int>(nullable: false),
                lease_until = table.Column<long>(nullable: true),
                renewals = table.Column<int>(nullable: false),
                output_at = table.Column<long>(nullable: true),
                revision = table.Column<long>(nullable: false),
                history = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_tasks", task => task.id)).KeepSmall();

        migrationBuilder.CreateIndex(
            "ix_tasks_queue", "tasks", ["type", "priority", "turn", "id"], descending: [false, true, false, false], filter: "status = 1 AND not_before IS NULL");
        migrationBuilder.CreateIndex("ix_tasks_party", "tasks", ["party", "type", "priority", "turn"], filter: "status = 1");
        migrationBuilder.CreateIndex("ix_tasks_lease", "tasks", "lease_until", filter: "status = 2");
        migrationBuilder.CreateIndex("ix_tasks_not_before", "tasks", "not_before", filter: "not_before IS NOT NULL");
        migrationBuilder.CreateIndex("ix_tasks_ended", "tasks", ["type", "status", "last_updated"], filter: "status NOT IN (1, 2)");
        migrationBuilder.CreateIndex("ix_tasks_scheduled", "tasks", ["id", "app_id"], filter: "status = 1 AND id > 0");
        migrationBuilder.CreateIndex("ix_tasks_user", "tasks", ["user_id", "id"]);
        migrationBuilder.CreateIndex("ix_tasks_custom", "tasks", ["user_id", "custom_id"], filter: "custom_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_tasks_project", "tasks", ["project_id", "id"], filter: "project_id <> 0");
        migrationBuilder.CreateIndex("ix_tasks_rare_status", "tasks", ["status", "id"], filter: "status IN (2, 4, 5)");
    }

    private static void CreateIdempotencyKeys(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "idempotency_keys",
            table => new
            {
                party = table.Column<string>(nullable: false, maxLength: 70),
                app_id = table.Column<string>(nullable: false, maxLength: 64),
                key = table.Column<string>(nullable: false, maxLength: 255),
                request = table.Column<string>(nullable: false, maxLength: 64),
                task_id = table.Column<long>(nullable: false),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_idempotency_keys", key => new { key.party, key.app_id, key.key })).KeepSmall();
        migrationBuilder.CreateIndex("ix_idempotency_keys_created_at", "idempotency_keys", "created_at");
    }

    private static void CreateAccounts(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "accounts",
            table => new
            {
                id = table.Column<string>(nullable: false, maxLength: 64),
                display_name = table.Column<string>(nullable: false),
                password_hash = table.Column<string>(nullable: false),
                is_admin = table.Column<bool>(nullable: false),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_accounts", account => account.id));

        migrationBuilder.CreateTable(
            "app_passwords",
            table => new
            {
                id = Identity(table),
                account_id = table.Column<string>(nullable: false, maxLength: 64),
                name = table.Column<string>(nullable: false),
                token_hash = table.Column<string>(nullable: false, maxLength: 64),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_app_passwords", appPassword => appPassword.id);
                table.ForeignKey(
                    "fk_app_passwords_accounts", appPassword => appPassword.account_id, "accounts", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("ix_app_passwords_token_hash", "app_passwords", "token_hash", unique: true);
        migrationBuilder.CreateIndex("ix_app_passwords_account_id", "app_passwords", "account_id");

        migrationBuilder.CreateTable(
            "api_keys",
            table => new
            {
                name = table.Column<string>(nullable: false, maxLength: 64),
                key_hash = table.Column<string>(nullable: false, maxLength: 64),
                project_id = table.Column<int>(nullable: true),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_api_keys", key => key.name));
        migrationBuilder.CreateIndex("ix_api_keys_key_hash", "api_keys", "key_hash", unique: true);
    }

    /// <summary>A key that counts up and never gives a number again, also after its row is gone.</summary>
    private static OperationBuilder<AddColumnOperation> Identity(ColumnsBuilder table) =>
        table.Column<long>(nullable: false)
            .Annotation("Sqlite:Autoincrement", true)
            .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);
}
