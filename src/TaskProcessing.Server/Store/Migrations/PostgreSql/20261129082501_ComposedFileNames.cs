using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class ComposedFileNames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Names become composed. Of those that then are the same in one folder, all but one get a number.
            migrationBuilder.Sql(
                """
                WITH composed AS (
                    SELECT id, user_id, parent_id, normalize(name) AS name,
                        ROW_NUMBER() OVER (
                            PARTITION BY user_id, parent_id, normalize(name)
                            ORDER BY CASE WHEN name = normalize(name) THEN 0 ELSE 1 END, id) AS place
                    FROM files WHERE deleted_at IS NULL AND user_id IS NOT NULL
                ), with_numbers AS (
                    SELECT id, user_id, parent_id, name, place,
                        regexp_replace(name, '^(.+?)(\.[^.]*)?$', '\1 (' || place || ')\2') AS by_place,
                        regexp_replace(name, '^(.+?)(\.[^.]*)?$', '\1 (' || id || ')\2') AS by_id
                    FROM composed
                ), renamed AS (
                    SELECT id, CASE
                        WHEN place = 1 THEN name
                        WHEN (user_id, parent_id, by_place) IN (SELECT user_id, parent_id, name FROM composed) THEN by_id
                        ELSE by_place END AS name
                    FROM with_numbers
                )
                UPDATE files SET name = renamed.name FROM renamed WHERE renamed.id = files.id AND renamed.name <> files.name;
                UPDATE files SET revision = replace(gen_random_uuid()::text, '-', '') WHERE is_folder;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
        }
    }
}
