using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class NextcloudOffers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "offered_at",
                table: "nextclouds",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refused_upload_at",
                table: "nextclouds",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refused_upload_bytes",
                table: "nextclouds",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "offered_at",
                table: "nextclouds");

            migrationBuilder.DropColumn(
                name: "refused_upload_at",
                table: "nextclouds");

            migrationBuilder.DropColumn(
                name: "refused_upload_bytes",
                table: "nextclouds");
        }
    }
}
