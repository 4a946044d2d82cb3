using Microsoft.EntityFrameworkCore.Migrations;

namespace TaskProcessing.Server.Store.Migrations;

/// <summary>What operators decided about providers, and what servers serve themselves.</summary>
internal sealed partial class Initial
{
    private static void CreateProviderChoices(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "provider_preferences",
            table => new
            {
                task_type = table.Column<string>(nullable: false),
                provider_id = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_provider_preferences", preference => preference.task_type));

        migrationBuilder.CreateTable(
            "disabled_providers",
            table => new { provider_id = table.Column<string>(nullable: false) },
            constraints: table => table.PrimaryKey("pk_disabled_providers", provider => provider.provider_id));

        migrationBuilder.CreateTable(
            "local_providers",
            table => new
            {
                provider_id = table.Column<string>(nullable: false),
                name = table.Column<string>(nullable: false),
                task_type = table.Column<string>(nullable: false),
                position = table.Column<int>(nullable: false),
                seen_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_local_providers", provider => provider.provider_id));
    }
}
