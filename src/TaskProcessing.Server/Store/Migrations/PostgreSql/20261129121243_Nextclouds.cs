using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Nextclouds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "nextclouds",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    url = table.Column<string>(type: "text", nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false),
                    app_version = table.Column<string>(type: "text", nullable: false),
                    protected_secret = table.Column<string>(type: "text", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    enabled_there = table.Column<bool>(type: "boolean", nullable: true),
                    types = table.Column<string>(type: "text", nullable: true),
                    max_running = table.Column<int>(type: "integer", nullable: false),
                    upload_by_web_dav = table.Column<bool>(type: "boolean", nullable: false),
                    from_settings = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    offered = table.Column<string>(type: "text", nullable: true),
                    server_version = table.Column<string>(type: "text", nullable: true),
                    contact_at = table.Column<long>(type: "bigint", nullable: true),
                    trouble = table.Column<int>(type: "integer", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: true),
                    problem_since = table.Column<long>(type: "bigint", nullable: true),
                    problem_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nextclouds", x => x.id);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "nextclouds");
        }
    }
}
