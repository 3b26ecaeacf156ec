// A producer in small: it writes one play to Kafka, as a service that knows nothing of Segue but its
// contracts.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	seguev1 "segue.example/player/stubs/segue/v1"
)

const (
	patience = 30 * time.Second
	trackMs  = 215_000
)

func main() {
	brokers := flag.String("brokers", "localhost:9092", "HOST:PORT of a broker")
	topic := flag.String("topic", "segue.listening.v1", "the listening topic")
	listener := flag.String("listener", "l007", "who hears")
	track := flag.String("track", "t0012", "what was heard to its end")
	flag.Parse()
	if err := run(*brokers, *topic, *listener, *track); err != nil {
		log.Fatal(err)
	}
}

func run(brokers, topic, listener, track string) error {
	// The default partitioner is Kafka's own: murmur2 of the key.
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers))
	if err != nil {
		return err
	}
	defer client.Close()
	length := uint32(trackMs)
	value, err := proto.Marshal(&seguev1.ListeningEvent{
		// The same where the event is sent again, so that it counts once; the client's own tries are
		// told apart by Kafka.
		EventId:      rand.Text(),
		Listener:     listener,
		Track:        track,
		Kind:         seguev1.EventKind_EVENT_KIND_FINISHED,
		HappenedAtMs: time.Now().UnixMilli(),
		PlayedMs:     &length,
		TrackMs:      &length,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// The key is the listener, so that all of a listener's events keep their order.
	record := &kgo.Record{Topic: topic, Key: []byte(listener), Value: value}
	sent, err := client.ProduceSync(ctx, record).First()
	if err != nil {
		return err
	}
	fmt.Printf("partition %d\n", sent.Partition)
	return nil
}
