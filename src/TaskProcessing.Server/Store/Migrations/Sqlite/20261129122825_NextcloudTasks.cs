using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
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
                    nextcloud_id = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    holder = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    beat = table.Column<long>(type: "INTEGER", nullable: false),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    unanswered = table.Column<int>(type: "INTEGER", nullable: false),
                    unanswered_since = table.Column<long>(type: "INTEGER", nullable: true),
                    unanswered_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_nextcloud_holds", x => x.nextcloud_id);
                });

            migrationBuilder.CreateTable(
                name: "nextcloud_tasks",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    nextcloud_id = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    remote_id = table.Column<long>(type: "INTEGER", nullable: false),
                    remote_user = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    input = table.Column<string>(type: "TEXT", nullable: false),
                    prefer_streaming = table.Column<bool>(type: "INTEGER", nullable: false),
                    include_watermark = table.Column<bool>(type: "INTEGER", nullable: false),
                    claim = table.Column<long>(type: "INTEGER", nullable: true),
                    key = table.Column<string>(type: "TEXT", maxLength: 96, nullable: false),
                    state = table.Column<int>(type: "INTEGER", nullable: false),
                    local_input = table.Column<string>(type: "TEXT", nullable: true),
                    task_id = table.Column<long>(type: "INTEGER", nullable: true),
                    uploads = table.Column<string>(type: "TEXT", nullable: true),
                    failure = table.Column<string>(type: "TEXT", nullable: true),
                    shown_failure = table.Column<string>(type: "TEXT", nullable: true),
                    taken_at = table.Column<long>(type: "INTEGER", nullable: false),
                    result_since = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    end = table.Column<int>(type: "INTEGER", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    problem = table.Column<string>(type: "TEXT", nullable: true)
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
