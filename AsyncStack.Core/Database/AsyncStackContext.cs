using AsyncStack.Core.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace AsyncStack.Core.Database;

/// <summary>The model for the CRUD paths and the migrations; the hot path speaks SQL.</summary>
public sealed class AsyncStackContext(DbContextOptions<AsyncStackContext> options) : DbContext(options)
{
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<WebhookAttempt> WebhookAttempts => Set<WebhookAttempt>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<WebhookDelivery>().ToTable("webhook_deliveries");
        modelBuilder.Entity<WebhookAttempt>().ToTable("webhook_attempts").HasKey(a => new { a.DeliveryId, a.Attempt });
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}
