using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class NextcloudBatches : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "asked",
                table: "nextcloud_holds",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "asked",
                table: "nextcloud_holds");
        }
    }
}
