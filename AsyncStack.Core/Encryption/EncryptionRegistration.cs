using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Encryption;

/// <summary>Registers the encryption of fields.</summary>
public static class EncryptionRegistration
{
    /// <summary>Adds <see cref="FieldCipher"/>, with the keys of the section <c>Encryption</c>. Without any, production is warned at its start.</summary>
    public static IHostApplicationBuilder AddFieldEncryption(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<EncryptionOptions>().BindConfiguration("Encryption").ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EncryptionOptions>, EncryptionOptionsValidator>());
        builder.Services.TryAddSingleton<FieldCipher>();
        if (builder.Environment.IsProduction())
        {
            builder.Services.AddHostedService<PlainFieldsWarning>();
        }

        return builder;
    }

    private sealed class PlainFieldsWarning(FieldCipher cipher, ILogger<FieldCipher> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (cipher.CurrentPrefix is null)
            {
                Log.FieldsStayPlain(logger);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
