using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using TaskProcessing.Server.Accounts;

namespace TaskProcessing.Server.Store.Configurations;

internal sealed class AccountConfiguration : IEntityTypeConfiguration<Account>, IEntityTypeConfiguration<AppPassword>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("accounts").HasKey(account => account.Id);
        builder.Property(account => account.Id).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<AppPassword> builder)
    {
        builder.ToTable("app_passwords").HasKey(appPassword => appPassword.Id);
        builder.Property(appPassword => appPassword.TokenHash).HasMaxLength(64);
        builder.HasIndex(appPassword => appPassword.TokenHash, "ix_app_passwords_token_hash").IsUnique();
        builder.HasIndex(appPassword => appPassword.AccountId, "ix_app_passwords_account_id");
        builder.HasOne<Account>().WithMany().HasForeignKey(appPassword => appPassword.AccountId).OnDelete(DeleteBehavior.Cascade);
    }
}
