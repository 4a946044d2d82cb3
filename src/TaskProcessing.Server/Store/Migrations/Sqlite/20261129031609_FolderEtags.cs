using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FolderEtags : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "revision",
                table: "files",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            // Every account gets its home folder, and every folder its first revision.
            migrationBuilder.Sql(
                """
                INSERT INTO files (user_id, parent_id, name, is_folder, size, modified_at, created_at)
                SELECT id, 0, '', TRUE, 0, created_at, created_at FROM accounts;
                UPDATE files SET parent_id =
                    (SELECT home.id FROM files AS home WHERE home.parent_id = 0 AND home.user_id = files.user_id AND home.name = '')
                WHERE parent_id = 0 AND user_id IS NOT NULL AND name <> '';
                UPDATE files SET revision = lower(hex(randomblob(16))) WHERE is_folder;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "revision",
                table: "files");
        }
    }
}
