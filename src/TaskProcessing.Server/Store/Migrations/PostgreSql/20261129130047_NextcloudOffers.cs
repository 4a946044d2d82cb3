using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.PostgreSql
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
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refused_upload_at",
                table: "nextclouds",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refused_upload_bytes",
                table: "nextclouds",
                type: "bigint",
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
