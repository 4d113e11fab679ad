using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client;

namespace AsyncStack.Core.Messaging;

/// <summary>What tells the repeat of a message from another message.</summary>
public static class MessageKey
{
    /// <summary>The key of a message that has a <c>message_id</c>, the same however often it is delivered; null for one without.</summary>
    /// <param name="queue">The queue that held it.</param>
    /// <param name="properties">Its properties.</param>
    /// <param name="body">Its body: part of the key because a foreign publisher may give all its messages the same id.</param>
    public static string? Of(string queue, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        if (!properties.IsMessageIdPresent())
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{queue}\n{properties.MessageId}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
