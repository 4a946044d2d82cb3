using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class AccountConfiguration
    : IEntityTypeConfiguration<Account>,
        IEntityTypeConfiguration<AppPassword>,
        IEntityTypeConfiguration<Session>,
        IEntityTypeConfiguration<LoginFlow>,
        IEntityTypeConfiguration<LoginBlock>
{
    /// <summary>The key of the login name, the same in any case. Only the store knows it.</summary>
    public const string LoginKey = nameof(LoginKey);

    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("accounts").HasKey(account => account.Id);
        builder.Property(account => account.Id).HasMaxLength(64);
        builder.Property<string>(LoginKey).HasMaxLength(64).IsRequired();
        builder.HasIndex([LoginKey], "ix_accounts_login_key").IsUnique();
    }

    public void Configure(EntityTypeBuilder<AppPassword> builder)
    {
        builder.ToTable("app_passwords").HasKey(appPassword => appPassword.Id);
        builder.Property(appPassword => appPassword.TokenHash).HasMaxLength(64);
        builder.HasIndex(appPassword => appPassword.TokenHash, "ix_app_passwords_token_hash").IsUnique();
        builder.HasIndex(appPassword => appPassword.AccountId, "ix_app_passwords_account_id");
        builder.HasOne<Account>().WithMany().HasForeignKey(appPassword => appPassword.AccountId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions").HasKey(session => session.TokenHash);
        builder.Property(session => session.TokenHash).HasMaxLength(64);
        builder.Property(session => session.PasswordStamp).HasMaxLength(64);
        builder.Property(session => session.ClientName).HasMaxLength(ClientName.MaxLength);
        builder.HasIndex(session => session.AccountId, "ix_sessions_account_id");
        builder.HasIndex(session => session.EndsAt, "ix_sessions_ends_at");
        builder.HasOne<Account>().WithMany().HasForeignKey(session => session.AccountId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<LoginFlow> builder)
    {
        builder.ToTable("login_flows").HasKey(flow => flow.PollTokenHash);
        builder.Property(flow => flow.PollTokenHash).HasMaxLength(64);
        builder.Property(flow => flow.LoginTokenHash).HasMaxLength(64);
        builder.Property(flow => flow.ClientName).HasMaxLength(ClientName.MaxLength);
        builder.Property(flow => flow.Network).HasMaxLength(64);
        builder.HasIndex(flow => flow.LoginTokenHash, "ix_login_flows_login_token_hash").IsUnique();
        builder.HasIndex(flow => flow.AccountId, "ix_login_flows_account_id");
        builder.HasIndex(flow => flow.EndsAt, "ix_login_flows_ends_at");
        builder.HasOne<Account>().WithMany().HasForeignKey(flow => flow.AccountId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<LoginBlock> builder)
    {
        builder.ToTable("login_blocks").HasKey(block => block.Id);
        builder.Property(block => block.Server).HasMaxLength(255);
        builder.Property(block => block.Network).HasMaxLength(64);
        builder.Property(block => block.Name).HasMaxLength(80);
    }
}
