using Microsoft.EntityFrameworkCore.Migrations;

namespace TaskProcessing.Server.Store.Migrations;

internal sealed partial class Initial
{
    private static void CreateFiles(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "blobs",
            table => new
            {
                key = table.Column<string>(nullable: false, maxLength: 32),
                state = table.Column<int>(nullable: false),
                created_at = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("pk_blobs", blob => blob.key));

        migrationBuilder.CreateTable(
            "files",
            table => new
            {
                id = Identity(table),
                user_id = table.Column<string>(nullable: true, maxLength: 64),
                task_id = table.Column<long>(nullable: true),
                parent_id = table.Column<long>(nullable: false),
                name = table.Column<string>(nullable: false),
                is_folder = table.Column<bool>(nullable: false),
                blob_key = table.Column<string>(nullable: true, maxLength: 32),
                size = table.Column<long>(nullable: false),
                media_type = table.Column<string>(nullable: true),
                checksum = table.Column<string>(nullable: true),
                properties = table.Column<string>(nullable: true),
                modified_at = table.Column<long>(nullable: false),
                created_at = table.Column<long>(nullable: false),
                deleted_at = table.Column<long>(nullable: true),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_files", file => file.id);
                table.ForeignKey("fk_files_accounts", file => file.user_id, "accounts", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("fk_files_tasks", file => file.task_id, "tasks", "id", onDelete: ReferentialAction.Cascade);
                table.ForeignKey("fk_files_blobs", file => file.blob_key, "blobs", "key", onDelete: ReferentialAction.Restrict);
            });
        migrationBuilder.CreateIndex(
            "ix_files_place", "files", ["user_id", "parent_id", "name"], unique: true, filter: "deleted_at IS NULL AND user_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_files_user_id", "files", "user_id");
        migrationBuilder.CreateIndex("ix_files_task_id", "files", "task_id");
        migrationBuilder.CreateIndex("ix_files_blob_key", "files", "blob_key");
        migrationBuilder.CreateIndex("ix_files_deleted_at", "files", "deleted_at", filter: "deleted_at IS NOT NULL");

        migrationBuilder.CreateTable(
            "file_locks",
            table => new
            {
                token = table.Column<string>(nullable: false),
                user_id = table.Column<string>(nullable: false, maxLength: 64),
                tree = table.Column<long>(nullable: false),
                path_text = table.Column<string>(nullable: false),
                is_deep = table.Column<bool>(nullable: false),
                is_exclusive = table.Column<bool>(nullable: false),
                owner = table.Column<string>(nullable: true),
                expires_at = table.Column<long>(nullable: false),
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_file_locks", held => held.token);
                table.ForeignKey("fk_file_locks_accounts", held => held.user_id, "accounts", "id", onDelete: ReferentialAction.Cascade);
            });
        migrationBuilder.CreateIndex("ix_file_locks_user_id", "file_locks", "user_id");
    }
}
