using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace TaskProcessing.Server.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "accounts",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    display_name = table.Column<string>(type: "TEXT", nullable: false),
                    password_hash = table.Column<string>(type: "TEXT", nullable: false),
                    is_admin = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    login_key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_accounts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    key_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    project_id = table.Column<int>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "blobs",
                columns: table => new
                {
                    key = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    state = table.Column<int>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_blobs", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "changes",
                columns: table => new
                {
                    topic = table.Column<int>(type: "INTEGER", nullable: false),
                    version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_changes", x => x.topic);
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    friendly_name = table.Column<string>(type: "TEXT", nullable: true),
                    xml = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_protection_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "disabled_providers",
                columns: table => new
                {
                    provider_id = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_disabled_providers", x => x.provider_id);
                });

            migrationBuilder.CreateTable(
                name: "duties",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    next_run_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_duties", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "exapps",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    version = table.Column<string>(type: "TEXT", nullable: false),
                    protected_secret = table.Column<string>(type: "TEXT", nullable: false),
                    url = table.Column<string>(type: "TEXT", nullable: true),
                    enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exapps", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    party = table.Column<string>(type: "TEXT", maxLength: 70, nullable: false),
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    request = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    task_id = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => new { x.party, x.app_id, x.key });
                });

            migrationBuilder.CreateTable(
                name: "local_providers",
                columns: table => new
                {
                    provider_id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    task_type = table.Column<string>(type: "TEXT", nullable: false),
                    position = table.Column<int>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_local_providers", x => x.provider_id);
                });

            migrationBuilder.CreateTable(
                name: "login_blocks",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    server = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    network = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 80, nullable: true),
                    began_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_login_blocks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "provider_preferences",
                columns: table => new
                {
                    task_type = table.Column<string>(type: "TEXT", nullable: false),
                    provider_id = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_provider_preferences", x => x.task_type);
                });

            migrationBuilder.CreateTable(
                name: "tasks",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    guest_address = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    app_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    input = table.Column<string>(type: "TEXT", nullable: false),
                    output = table.Column<string>(type: "TEXT", nullable: true),
                    custom_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    webhook_uri = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    webhook_method = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    include_watermark = table.Column<bool>(type: "INTEGER", nullable: false),
                    prefer_streaming = table.Column<bool>(type: "INTEGER", nullable: false),
                    allow_cleanup = table.Column<bool>(type: "INTEGER", nullable: false),
                    progress = table.Column<double>(type: "REAL", nullable: true),
                    project_id = table.Column<int>(type: "INTEGER", nullable: false),
                    total_steps = table.Column<int>(type: "INTEGER", nullable: true),
                    provider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    error_message = table.Column<string>(type: "TEXT", nullable: true),
                    user_facing_error_message = table.Column<string>(type: "TEXT", nullable: true),
                    scheduled_at = table.Column<long>(type: "INTEGER", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    last_updated = table.Column<long>(type: "INTEGER", nullable: false),
                    completion_expected_at = table.Column<long>(type: "INTEGER", nullable: true),
                    priority = table.Column<int>(type: "INTEGER", nullable: false),
                    turn = table.Column<long>(type: "INTEGER", nullable: false),
                    party = table.Column<string>(type: "TEXT", maxLength: 70, nullable: false),
                    not_before = table.Column<long>(type: "INTEGER", nullable: true),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    claim = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    renewals = table.Column<int>(type: "INTEGER", nullable: false),
                    output_at = table.Column<long>(type: "INTEGER", nullable: true),
                    revision = table.Column<long>(type: "INTEGER", nullable: false),
                    history = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tasks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 36, nullable: false),
                    task_id = table.Column<long>(type: "INTEGER", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    of_guest = table.Column<bool>(type: "INTEGER", nullable: false),
                    uri = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    method = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    target = table.Column<string>(type: "TEXT", nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<int>(type: "INTEGER", nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    retried_since = table.Column<long>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    last_status = table.Column<int>(type: "INTEGER", nullable: true),
                    last_problem = table.Column<string>(type: "TEXT", nullable: true),
                    history = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "webhook_keys",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    protected_key = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "app_passwords",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    account_id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    token_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_app_passwords", x => x.id);
                    table.ForeignKey(
                        name: "fk_app_passwords_accounts",
                        column: x => x.account_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "file_locks",
                columns: table => new
                {
                    token = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    tree = table.Column<long>(type: "INTEGER", nullable: false),
                    path_text = table.Column<string>(type: "TEXT", nullable: false),
                    is_deep = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_exclusive = table.Column<bool>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", nullable: true),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_file_locks", x => x.token);
                    table.ForeignKey(
                        name: "fk_file_locks_accounts",
                        column: x => x.user_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "exapp_settings",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", nullable: true),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    value = table.Column<string>(type: "TEXT", nullable: false),
                    sensitive = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exapp_settings", x => x.id);
                    table.ForeignKey(
                        name: "fk_exapp_settings_accounts",
                        column: x => x.user_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_exapp_settings_exapps",
                        column: x => x.app_id,
                        principalTable: "exapps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "exapp_statuses",
                columns: table => new
                {
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    stage = table.Column<int>(type: "INTEGER", nullable: false),
                    stage_since = table.Column<long>(type: "INTEGER", nullable: true),
                    init_progress = table.Column<int>(type: "INTEGER", nullable: true),
                    init_version = table.Column<string>(type: "TEXT", nullable: true),
                    problem = table.Column<string>(type: "TEXT", nullable: true),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: true),
                    polled_at = table.Column<long>(type: "INTEGER", nullable: true),
                    seen_version = table.Column<string>(type: "TEXT", nullable: true),
                    refused_at = table.Column<long>(type: "INTEGER", nullable: true),
                    refusal = table.Column<string>(type: "TEXT", nullable: true),
                    driver = table.Column<string>(type: "TEXT", nullable: true),
                    driver_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exapp_statuses", x => x.app_id);
                    table.ForeignKey(
                        name: "fk_exapp_statuses_exapps",
                        column: x => x.app_id,
                        principalTable: "exapps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "provider_registrations",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    app_id = table.Column<string>(type: "TEXT", nullable: false),
                    provider_id = table.Column<string>(type: "TEXT", nullable: false),
                    display_name = table.Column<string>(type: "TEXT", nullable: false),
                    task_type = table.Column<string>(type: "TEXT", nullable: false),
                    provider = table.Column<string>(type: "TEXT", nullable: false),
                    custom_task_type = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_provider_registrations", x => x.id);
                    table.ForeignKey(
                        name: "fk_provider_registrations_exapps",
                        column: x => x.app_id,
                        principalTable: "exapps",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "files",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    task_id = table.Column<long>(type: "INTEGER", nullable: true),
                    parent_id = table.Column<long>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    is_folder = table.Column<bool>(type: "INTEGER", nullable: false),
                    blob_key = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    media_type = table.Column<string>(type: "TEXT", nullable: true),
                    checksum = table.Column<string>(type: "TEXT", nullable: true),
                    properties = table.Column<string>(type: "TEXT", nullable: true),
                    modified_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    deleted_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_files", x => x.id);
                    table.ForeignKey(
                        name: "fk_files_accounts",
                        column: x => x.user_id,
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_files_blobs",
                        column: x => x.blob_key,
                        principalTable: "blobs",
                        principalColumn: "key",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_files_tasks",
                        column: x => x.task_id,
                        principalTable: "tasks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_accounts_login_key",
                table: "accounts",
                column: "login_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_key_hash",
                table: "api_keys",
                column: "key_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_app_passwords_account_id",
                table: "app_passwords",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "ix_app_passwords_token_hash",
                table: "app_passwords",
                column: "token_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_exapp_settings_config",
                table: "exapp_settings",
                columns: new[] { "app_id", "key" },
                unique: true,
                filter: "user_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_exapp_settings_preference",
                table: "exapp_settings",
                columns: new[] { "app_id", "user_id", "key" },
                unique: true,
                filter: "user_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_exapp_settings_user_id",
                table: "exapp_settings",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_file_locks_user_id",
                table: "file_locks",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_blob_key",
                table: "files",
                column: "blob_key");

            migrationBuilder.CreateIndex(
                name: "ix_files_deleted_at",
                table: "files",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_place",
                table: "files",
                columns: new[] { "parent_id", "user_id", "name" },
                unique: true,
                filter: "deleted_at IS NULL AND user_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_files_task_id",
                table: "files",
                column: "task_id");

            migrationBuilder.CreateIndex(
                name: "ix_files_user_id",
                table: "files",
                columns: new[] { "user_id", "deleted_at", "size" });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                table: "idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_provider_registrations_app_id_provider_id",
                table: "provider_registrations",
                columns: new[] { "app_id", "provider_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_tasks_custom",
                table: "tasks",
                columns: new[] { "user_id", "custom_id" },
                filter: "custom_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_ended",
                table: "tasks",
                columns: new[] { "type", "status", "last_updated" },
                filter: "status NOT IN (1, 2)");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_lease",
                table: "tasks",
                column: "lease_until",
                filter: "status = 2");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_not_before",
                table: "tasks",
                column: "not_before",
                filter: "not_before IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_party",
                table: "tasks",
                columns: new[] { "party", "type", "priority", "turn" },
                filter: "status = 1");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_project",
                table: "tasks",
                columns: new[] { "project_id", "id" },
                filter: "project_id <> 0");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_queue",
                table: "tasks",
                columns: new[] { "type", "priority", "turn", "id" },
                descending: new[] { false, true, false, false },
                filter: "status = 1 AND not_before IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_rare_status",
                table: "tasks",
                columns: new[] { "status", "id" },
                filter: "status IN (2, 4, 5)");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_scheduled",
                table: "tasks",
                columns: new[] { "id", "app_id" },
                filter: "status = 1 AND id > 0");

            migrationBuilder.CreateIndex(
                name: "ix_tasks_user",
                table: "tasks",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_created_at",
                table: "webhook_deliveries",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_due",
                table: "webhook_deliveries",
                columns: new[] { "next_attempt_at", "target" },
                filter: "next_attempt_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_ended_at",
                table: "webhook_deliveries",
                column: "ended_at",
                filter: "ended_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "app_passwords");

            migrationBuilder.DropTable(
                name: "changes");

            migrationBuilder.DropTable(
                name: "data_protection_keys");

            migrationBuilder.DropTable(
                name: "disabled_providers");

            migrationBuilder.DropTable(
                name: "duties");

            migrationBuilder.DropTable(
                name: "exapp_settings");

            migrationBuilder.DropTable(
                name: "exapp_statuses");

            migrationBuilder.DropTable(
                name: "file_locks");

            migrationBuilder.DropTable(
                name: "files");

            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropTable(
                name: "local_providers");

            migrationBuilder.DropTable(
                name: "login_blocks");

            migrationBuilder.DropTable(
                name: "provider_preferences");

            migrationBuilder.DropTable(
                name: "provider_registrations");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "webhook_keys");

            migrationBuilder.DropTable(
                name: "accounts");

            migrationBuilder.DropTable(
                name: "blobs");

            migrationBuilder.DropTable(
                name: "tasks");

            migrationBuilder.DropTable(
                name: "exapps");
        }
    }
}
