// A player's backend in small: it asks Segue for the next tracks, tells that the first one was
// skipped, and asks again for a list that has heard so.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	seguev1 "segue.example/player/stubs/segue/v1"
)

const (
	// What a player can wait for a list; Segue answers with less where it cannot answer in time.
	patience = 5 * time.Second
	// A skip after four seconds of a track of three and a half minutes.
	playedMs = 4_000
	trackMs  = 215_000
)

func main() {
	address := flag.String("address", "127.0.0.1:7600", "HOST:PORT of Segue")
	listener := flag.String("listener", "l007", "who hears")
	flag.Parse()
	if err := run(*address, *listener); err != nil {
		log.Fatal(err)
	}
}

func run(address, listener string) error {
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	recommender := seguev1.NewRecommenderClient(connection)
	gateway := seguev1.NewEventGatewayClient(connection)

	before, err := nextTracks(recommender, listener, nil)
	if err != nil {
		return err
	}
	if len(before) == 0 {
		return fmt.Errorf("segue has no track for %s", listener)
	}
	show(fmt.Sprintf("next for %s", listener), before)
	skipped := before[0].GetTrack()
	position, err := publishSkip(gateway, listener, skipped)
	if err != nil {
		return err
	}
	after, err := nextTracks(recommender, listener, position)
	if err != nil {
		return err
	}
	show(fmt.Sprintf("next after a skip of %s", skipped), after)
	return nil
}

// nextTracks asks for ten tracks, mostly after what was heard just now. With atLeast the list has
// heard that record of the log.
func nextTracks(
	recommender seguev1.RecommenderClient, listener string, atLeast *seguev1.LogPosition,
) ([]*seguev1.RecommendedTrack, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	k := uint32(10)
	reply, err := recommender.NextTracks(ctx, &seguev1.NextTracksRequest{
		Listener: listener,
		K:        &k,
		Blend:    &seguev1.BlendWeights{ShortTerm: 0.8, LongTerm: 0.2},
		AtLeast:  atLeast,
	}, grpc.WaitForReady(true))
	if err != nil {
		return nil, err
	}
	if !reply.GetFreshness().GetCaughtUp() {
		return nil, fmt.Errorf("the list has not heard %v yet", atLeast)
	}
	return reply.GetTracks(), nil
}

// publishSkip returns the event's place in the log, for atLeast.
func publishSkip(
	gateway seguev1.EventGatewayClient, listener, track string,
) (*seguev1.LogPosition, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := time.Now()
	played, length := uint32(playedMs), uint32(trackMs)
	reply, err := gateway.Publish(ctx, &seguev1.PublishRequest{Event: &seguev1.ListeningEvent{
		// Stable where the call is sent again, so that the event counts once.
		EventId:      fmt.Sprintf("%s-%d", listener, now.UnixNano()),
		Listener:     listener,
		Track:        track,
		HappenedAtMs: now.UnixMilli(),
		Kind:         seguev1.EventKind_EVENT_KIND_SKIPPED,
		PlayedMs:     &played,
		TrackMs:      &length,
	}})
	if err != nil {
		return nil, err
	}
	return reply.GetPosition(), nil
}

func show(title string, tracks []*seguev1.RecommendedTrack) {
	fmt.Println(title)
	for place, track := range tracks {
		fmt.Printf("%3d  %-24s %8.4f\n", place+1, track.GetTrack(), track.GetScore())
	}
}
