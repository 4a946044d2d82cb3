using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
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
                    id = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    url = table.Column<string>(type: "TEXT", nullable: false),
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    app_version = table.Column<string>(type: "TEXT", nullable: false),
                    protected_secret = table.Column<string>(type: "TEXT", nullable: false),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    enabled_there = table.Column<bool>(type: "INTEGER", nullable: true),
                    types = table.Column<string>(type: "TEXT", nullable: true),
                    max_running = table.Column<int>(type: "INTEGER", nullable: false),
                    upload_by_web_dav = table.Column<bool>(type: "INTEGER", nullable: false),
                    from_settings = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    offered = table.Column<string>(type: "TEXT", nullable: true),
                    server_version = table.Column<string>(type: "TEXT", nullable: true),
                    contact_at = table.Column<long>(type: "INTEGER", nullable: true),
                    trouble = table.Column<int>(type: "INTEGER", nullable: false),
                    problem = table.Column<string>(type: "TEXT", nullable: true),
                    problem_since = table.Column<long>(type: "INTEGER", nullable: true),
                    problem_until = table.Column<long>(type: "INTEGER", nullable: true)
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
