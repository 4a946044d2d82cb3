using Microsoft.EntityFrameworkCore.Migrations;

namespace TaskProcessing.Server.Store.Migrations;

/// <remarks>The outbox of webhooks.</remarks>
internal sealed partial class Initial
{
    private static void CreateWebhooks(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "webhook_deliveries",
            table => new
            {
                id = table.Column<string>(nullable: false, maxLength: 36),
                task_id = table.Column<long>(nullable: false),
                user_id = table.Column<string>(nullable: true, maxLength: 64),
                of_guest = table.Column<bool>(nullable: false),
                uri = table.Column<string>(nullable: false, maxLength: 4000),
                method = table.Column<string>(nullable: false, maxLength: 64),
                target = table.Column<string>(nullable: false),
                body = table.Column<string>(nullable: false),
                created_at = table.Column<long>(nullable: false),
                state = table.Column<int>(nullable: false),
                attempts = table.Column<int>(nullable: false),
                retried_since = table.Column<long>(nullable: false),
                next_attempt_at = table.Column<long>(nullable: true),
                ended_at = table.Column<long>(nullable: true),
                last_status = table.Column<int>(nullable: true),
                last_problem = table.Column<string>(nullable: true),
                history = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_webhook_deliveries", delivery => delivery.id));
        migrationBuilder.CreateIndex("ix_webhook_deliveries_due", "webhook_deliveries", ["next_attempt_at", "target"], filter: "next_attempt_at IS NOT NULL");
        migrationBuilder.CreateIndex("ix_webhook_deliveries_created_at", "webhook_deliveries", ["created_at", "id"]);
        migrationBuilder.CreateIndex("ix_webhook_deliveries_ended_at", "webhook_deliveries", "ended_at", filter: "ended_at IS NOT NULL");

        migrationBuilder.CreateTable(
            "webhook_keys",
            table => new
            {
                id = table.Column<int>(nullable: false),
                protected_key = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_webhook_keys", key => key.id));
    }
}
