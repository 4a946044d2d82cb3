using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class NextcloudTasks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "nextcloud_holds",
                columns: table => new
                {
                    nextcloud_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    holder = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    beat = table.Column<long>(type: "bigint", nullable: false),
                    asked_at = table.Column<long>(type: "bigint", nullable: true),
                    unanswered = table.Column<int>(type: "integer", nullable: false),
                    unanswered_since = table.Column<long>(type: "bigint", nullable: true),
                    unanswered_until = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nextcloud_holds", x => x.nextcloud_id);
                });

            migrationBuilder.CreateTable(
                name: "nextcloud_tasks",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    nextcloud_id = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    remote_id = table.Column<long>(type: "bigint", nullable: false),
                    remote_user = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    app_id = table.Column<string>(type: "text", nullable: false),
                    input = table.Column<string>(type: "text", nullable: false),
                    prefer_streaming = table.Column<bool>(type: "boolean", nullable: false),
                    include_watermark = table.Column<bool>(type: "boolean", nullable: false),
                    claim = table.Column<long>(type: "bigint", nullable: true),
                    key = table.Column<string>(type: "character varying(96)", maxLength: 96, nullable: false),
                    state = table.Column<int>(type: "integer", nullable: false),
                    local_input = table.Column<string>(type: "text", nullable: true),
                    task_id = table.Column<long>(type: "bigint", nullable: true),
                    uploads = table.Column<string>(type: "text", nullable: true),
                    failure = table.Column<string>(type: "text", nullable: true),
                    shown_failure = table.Column<string>(type: "text", nullable: true),
                    taken_at = table.Column<long>(type: "bigint", nullable: false),
                    result_since = table.Column<long>(type: "bigint", nullable: true),
                    ended_at = table.Column<long>(type: "bigint", nullable: true),
                    end = table.Column<int>(type: "integer", nullable: true),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    problem = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nextcloud_tasks", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_nextcloud_tasks_ended_at",
                table: "nextcloud_tasks",
                column: "ended_at",
                filter: "ended_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_nextcloud_tasks_remote",
                table: "nextcloud_tasks",
                columns: new[] { "nextcloud_id", "remote_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_nextcloud_tasks_task_id",
                table: "nextcloud_tasks",
                column: "task_id");

            migrationBuilder.CreateIndex(
                name: "ix_nextcloud_tasks_unfinished",
                table: "nextcloud_tasks",
                columns: new[] { "nextcloud_id", "id" },
                filter: "state <> 3");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "nextcloud_holds");

            migrationBuilder.DropTable(
                name: "nextcloud_tasks");
        }
    }
}
